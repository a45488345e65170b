"""What a child may touch: nothing but what its entry needs, held by the kernel where it can (Landlock, seccomp, capabilities).

`needs` says what that is, `kernel` what this machine offers, `bounds` puts it on; once on, nothing takes it off, and every program that
the child starts inherits it.
"""
