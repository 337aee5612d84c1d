// Written into the page by the build, with the app's files in place of FILES. What the server drew is painted first:
// nothing of the app is asked for before, so nothing of it is in the way on a slow network or a slow telephone.
;((files) => {
  const scrolled = () => document.documentElement.classList.add('scrolled')
  addEventListener('scroll', scrolled, { once: true, passive: true })
  let begun = false
  const got = (file) => fetch(file).then((answer) => (answer.ok ? answer.blob() : Promise.reject()))
  const begin = () => {
    if (begun) return
    begun = true
    // An import that failed is never tried again by most browsers: it begins when all of it has come, however often that takes.
    Promise.all(files.map(got)).then(
      () => import(files[0]),
      () => {
        begun = false
        setTimeout(begin, 4000)
      },
    )
  }
  // A screen that only the app can draw has nothing else to wait for.
  if (!document.getElementById('app').firstElementChild) return begin()
  addEventListener('load', () => new PerformanceObserver(begin).observe({ type: 'paint', buffered: true }))
  // A page in the background is not painted, and a picture may never come.
  setTimeout(begin, 4000)
})(FILES)
