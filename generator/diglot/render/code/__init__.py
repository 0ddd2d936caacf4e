"""The files of the package: what a template is handed, the models, and their formatting."""
