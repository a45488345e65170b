"""Text recognition: pages without text (or with too little, or with garbage) are looked at, and their words kept with their places."""
