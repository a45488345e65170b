"""Nothing stays stuck and nothing stays for ever: living processes, the rescuer, retention."""
