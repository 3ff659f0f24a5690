// Runs inside the page, before all else (put there by shared/vite/early.ts, allowed by its hash in the page's policy): the
// chosen looks and language, so that nothing flashes; and what a page of somebody signed in asks first is asked now, while
// the scripts are on their way (taken up in shared/src/early.ts).
;(function () {
  var root = document.documentElement
  var theme = localStorage.getItem('linli.theme') || 'system'
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.classList.toggle('dark', dark)
  root.lang = localStorage.getItem('linli.language') || (/^zh/i.test(navigator.language) ? 'zh-CN' : 'en')

  var path = location.pathname
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
  /** What the build or the server says of this page, in a meta element. */
  function told(name) {
    var meta = document.querySelector('meta[name=linli-' + name + ']')
    return meta ? JSON.parse(meta.content) : {}
  }
  /** What this page asked first when it was last opened (kept by shared/src/early.ts). */
  function kept() {
    try {
      return JSON.parse(localStorage.getItem('linli.asked') || '{}')[path]
    } catch (error) {
      localStorage.removeItem('linli.asked')
    }
  }
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
  var files = told('early')
  var page = told('page')
  var open = /^\/(login|setup|register|join|set-password|password)\b/.test(path)
  var communities = '/api/console/communities?pageSize=100'
  /** As the page itself: the community chosen last, or the first that is in use (src/app/useCommunity.ts). */
  function askFirst(me, list) {
    var chosen = localStorage.getItem('linli.community')
    function find(is) {
      return list.data.filter(is)[0]
    }
    var community =
      find(function (row) {
        return row.id === chosen
      }) ||
      find(function (row) {
        return row.applyStatus === 2
      }) ||
      list.data[0]
    if (!community || location.search) return
    Object.keys(page.ask || {}).forEach(function (right) {
      if (me.rights.indexOf(right) < 0) return
      page.ask[right].forEach(function (question) {
        ask(question.replace('{community}', community.id))
      })
    })
  }
  var session = '/api/console/session'
  var answers = told('answers')
  /** What the server said with the page itself (`linli.console.first_answers`). */
  function take(path) {
    var body = JSON.stringify(answers[path])
    asked[path] = Promise.resolve(new Response(body, { headers: { 'Content-Type': 'application/json' } }))
  }
  if (open) ask('/api/console/setup')
  else if (answers[session]) {
    var before = (!location.search && kept()) || []
    before.forEach(function (question) {
      if (!answers[question]) ask(question)
    })
    Object.keys(answers).forEach(take)
    if (answers[communities] && !before.length) askFirst(answers[session], answers[communities])
  } else ask(session)
  need(files.entry)
  need(files[root.lang])
  if (!open) need(files.inside)
  need(page.files)
  if (!open || page.files) need(page[root.lang])
})()
