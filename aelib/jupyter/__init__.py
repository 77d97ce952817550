"""What the course asks of JupyterLab and Notebook 7: settings, and an extension of their server.

`start.py` names this folder in JUPYTER_CONFIG_PATH; a package that is installed puts what lies in
jupyter_server_config.d/ beside the settings of the others. Only what cannot be done in the widgets
themselves enters.
"""
