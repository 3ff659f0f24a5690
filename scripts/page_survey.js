// What a machine sees of a page that stands still: run in the page by page_survey.py. Answers a list of short texts.
({ texts, language, codes }) => {
  const found = []
  const name = (one) => {
    const text = (one.innerText || one.getAttribute('aria-label') || '').trim().replace(/\s+/g, ' ').slice(0, 50)
    return `<${one.tagName.toLowerCase()} class="${String(one.className?.baseVal ?? one.className).slice(0, 50)}"> ${text}`
  }
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) found.push(`scrolls sideways by ${root.scrollWidth - root.clientWidth}`)
  const scrolls = (one) => {
    for (let at = one; at && at !== root; at = at.parentElement)
      if (at !== document.body && /auto|scroll/.test(getComputedStyle(at).overflowX)) return true
    return false
  }
  const seen = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  for (const one of document.body.querySelectorAll('*')) {
    if (one.closest('svg, canvas, .maplibregl-map, .sr-only, .visually-hidden, [aria-hidden=true]') || !seen(one)) continue
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    const control = one.matches('button, input, select, a, textarea')
    if (!own && !control) continue
    const box = one.getBoundingClientRect()
    if (!box.width || !box.height || box.width <= 2) continue
    const style = getComputedStyle(one)
    if ((box.right > innerWidth + 1 || box.left < -1) && !scrolls(one) && !one.closest('.skip, .el-tabs__nav')) found.push(`outside: ${name(one)}`)
    if (own && style.overflowX !== 'visible' && !/auto|scroll/.test(style.overflowX) && one.scrollWidth > one.clientWidth + 1) {
      const says = style.textOverflow === 'ellipsis' && (one.title || one.closest('[title]') || one.closest('.el-tooltip'))
      if (!says) found.push(`cut off: ${name(one)}`)
    }
    if (own && /hidden|clip/.test(style.overflowY) && one.scrollHeight > one.clientHeight + 4 && style.webkitLineClamp === 'none')
      found.push(`cut below: ${name(one)}`)
    const size = parseFloat(style.fontSize)
    if (own && style.writingMode === 'horizontal-tb' && box.width < size * 2.6 && box.height > size * 5)
      found.push(`squeezed: ${name(one)}`)
  }
  // Buttons and fields that lie on each other; what a list has scrolled away is not there.
  const clipped = (one) => {
    const box = one.getBoundingClientRect()
    for (let at = one.parentElement; at && at !== document.body; at = at.parentElement) {
      const around = at.getBoundingClientRect()
      const hides = getComputedStyle(at).overflowY !== 'visible'
      if (hides && (box.bottom > around.bottom + 1 || box.top < around.top - 1)) return true
    }
    return false
  }
  const controls = [...document.querySelectorAll('button, a, input, select')].filter(
    (one) => one.offsetParent && seen(one) && !one.closest('.maplibregl-map, [aria-hidden=true], thead'))
  for (const one of controls) {
    const box = one.getBoundingClientRect()
    if (!box.width || box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth) continue
    const front = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
    if (!front || one.contains(front) || front.contains(one) || front.closest('label')?.contains(one)) continue
    const style = getComputedStyle(front)
    if (front.closest('.el-overlay, .el-message, .el-notification, nav, .el-select__wrapper, .el-table__fixed-right')) continue
    if (one.matches('input') && one.parentElement.contains(front)) continue
    if (clipped(one)) continue
    let fixed = false
    for (let at = front; at; at = at.parentElement) fixed ||= /fixed|sticky/.test(getComputedStyle(at).position)
    if (!fixed) found.push(`covered: ${name(one)} by ${name(front)}`)
  }
  const said = document.body.innerText
  for (const word of said.match(/\bundefined\b|\bNaN\b|\[object \w+\]|Invalid Date|\bnull\b/g) ?? []) found.push(`says ${word}`)
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const other = new Set(texts)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const text = node.data.trim().replace(/\s+/g, ' ')
    const at = node.parentElement
    if (!text || !at || at.closest('script, style, pre, code, .mono, textarea, [lang]:not(html)') || !seen(at)) continue
    if (/(?<![\w./@-])(?:[a-z]\w+\.){1,4}[a-z]\w+(?![\w./@(-])/.test(text) && codes.includes(text.match(/([a-z]\w+)\./)?.[1]))
      found.push(`key: ${text.slice(0, 60)}`)
    if (other.has(text)) found.push(`other language: ${text.slice(0, 60)}`)
    if (language === 'zh-CN' && /(?:\b[a-z]{2,}\b[ ,]+){2,}[a-z]{2,}\b/i.test(text) && !/https?:/.test(text))
      found.push(`English: ${text.slice(0, 70)}`)
  }
  for (const one of document.querySelectorAll('[placeholder], [aria-label], [title], [alt]'))
    for (const attribute of ['placeholder', 'aria-label', 'title', 'alt']) {
      const text = one.getAttribute(attribute)
      if (text && other.has(text)) found.push(`other language in ${attribute}: ${text.slice(0, 60)}`)
    }
  return [...new Set(found)]
}
