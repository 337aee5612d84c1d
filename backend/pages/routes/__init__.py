"""Every address that answers with a page: first screens, the app's shell, the console, and the files beside them."""

from backend.pages.routes import files, screens, short, trouble

blueprints = (screens.blp, short.blp, files.blp)
init_app = trouble.init_app
