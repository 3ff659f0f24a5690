// Before the first paint: the chosen looks and language, so that nothing flashes. A file of its own, since the page's
// policy runs no inline script.
;(function () {
  var root = document.documentElement
  var theme = localStorage.getItem('linli.theme') || 'system'
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.classList.toggle('dark', dark)
  root.lang = localStorage.getItem('linli.language') || (/^zh/i.test(navigator.language) ? 'zh-CN' : 'en')
  var built = document.querySelector('meta[name=linli-early]')
  var files = built ? JSON.parse(built.content) : { paths: {} }
  ;[].concat(files[root.lang] || [], files.paths[location.pathname] || []).forEach(function (path) {
    var link = document.createElement('link')
    var style = /\.css$/.test(path)
    link.rel = style ? 'preload' : 'modulepreload'
    if (style) link.as = 'style'
    link.crossOrigin = ''
    link.href = path
    document.head.append(link)
  })
})()
