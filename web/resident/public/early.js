// Before the first paint: the chosen looks and language, so that nothing flashes. A file of its own, since the
// page's policy runs no inline script.
;(function () {
  var root = document.documentElement
  var theme = localStorage.getItem('linli.theme') || 'system'
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.classList.toggle('dark', dark)
  root.classList.toggle('van-theme-dark', dark)
  root.lang = localStorage.getItem('linli.language') || (/^zh/i.test(navigator.language) ? 'zh-CN' : 'en')
})()
