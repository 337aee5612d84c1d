export default {
  'app.name': 'Tiếng Làng',
  'app.console': 'Bàn làm việc',
}
