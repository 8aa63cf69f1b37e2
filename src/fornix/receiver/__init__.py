"""The DICOM network: associations of any number of senders, C-ECHO and C-STORE. Files nothing itself."""
