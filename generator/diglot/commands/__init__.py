"""The commands, one a module: each asks the pipeline for its stages and delivers what came out."""
