"""MEG and EEG recordings: which files belong together and what their headers say. Pure: no file access of its own."""
