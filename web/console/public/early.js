// Before the first paint: the chosen looks and language, so that nothing flashes; and what every page of somebody signed
// in asks first is asked now, while the scripts are on their way (taken up in shared/src/early.ts). A file of its own,
// since the page's policy runs no inline script.
;(function () {
  var root = document.documentElement
  var theme = localStorage.getItem('linli.theme') || 'system'
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.classList.toggle('dark', dark)
  root.lang = localStorage.getItem('linli.language') || (/^zh/i.test(navigator.language) ? 'zh-CN' : 'en')

  var headers = { 'Accept-Language': root.lang, 'X-Linli-Request': '1' }
  var asked = (window.linliEarly = {})
  function ask(path) {
    if (asked[path]) return
    // Read to its end even if no page takes it up: an answer left half-read keeps its connection.
    asked[path] = fetch(path, { headers: headers }).then(function (answer) {
      return answer.arrayBuffer().then(function (body) {
        return new Response(body, { status: answer.status, headers: answer.headers })
      })
    })
    asked[path].catch(function () {}) // asked again by the page, which says so
  }
  /** What this page asked first when it was last opened (kept by shared/src/early.ts). */
  function askAgain() {
    try {
      var kept = JSON.parse(localStorage.getItem('linli.asked') || '{}')[location.pathname]
      if (!location.search && kept) kept.forEach(ask)
    } catch (error) {
      localStorage.removeItem('linli.asked')
    }
  }
  var built = document.querySelector('meta[name=linli-early]')
  var files = built ? JSON.parse(built.content) : { inside: [], paths: {} }
  function need(paths) {
    ;(paths || []).forEach(function (path) {
      var link = document.createElement('link')
      var style = /\.css$/.test(path)
      link.rel = style ? 'preload' : 'modulepreload'
      if (style) link.as = 'style'
      link.crossOrigin = ''
      link.href = path
      document.head.append(link)
    })
  }
  need(files[root.lang])
  if (/^\/(login|setup|register|join|set-password|password)\b/.test(location.pathname)) return
  // As in src/i18n/firstViews.ts: the texts of the first view.
  var daily =
    /^\/(overview|residents|spaces|visitors|vehicles|doors|passes|door-alarms|credentials|notices|wall|screen)?$/
  need(files[root.lang + '.desk'])
  if (!daily.test(location.pathname)) need(files[root.lang + '.more'])
  need(files.inside)
  need(files.paths[location.pathname])
  ask('/api/console/session')
  if (!localStorage.getItem('linli.signedIn')) return
  ask('/api/console/communities?pageSize=100')
  askAgain()
})()
