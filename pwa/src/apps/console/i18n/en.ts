export default {
  'app.name': 'Tiếng Làng',
  'app.console': 'Console',
}
