"""How the served model was made. Not part of the image."""
