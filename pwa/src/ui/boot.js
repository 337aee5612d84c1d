;(() => {
  try {
    const page = document.documentElement.dataset
    const theme = localStorage.getItem('tl_theme')
    const size = localStorage.getItem('tl_size')
    if (theme) page.theme = theme
    if (size) page.size = size
  } catch {}
})()
