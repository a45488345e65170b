"""How the installation is: health, metrics, log lines."""
