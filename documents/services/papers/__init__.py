"""Papers of a case: what is asked for (`asking`), what each kind says (`kinds`), how it looks (`layout`), and the task that makes it a
document of the case (`making`)."""
