import { call, empty, fill, h, number, pill, span, t, table } from '../dom.js'

export function devices({ body, query, goto }) {
  const state = { search: query.get('search') || '', state: query.get('state') || '', page: 0 }
  const list = h('section.card')
  const chips = h('div.chips')
  const search = h('input.search', { type: 'search', placeholder: t('devices.search'), value: state.search, 'aria-label': t('devices.search') })
  let waiting = 0
  search.oninput = () => { clearTimeout(waiting); waiting = setTimeout(() => { state.search = search.value; state.page = 0; load() }, 200) }
  fill(body, h('div.head', h('h1', t('page.devices')), h('span.grow'), chips, search), list)

  async function load() {
    fill(chips, ...['', 'online', 'offline'].map((one) => h('button', { 'aria-pressed': String(state.state === one), onclick: () => { state.state = one; state.page = 0; load() } }, t(`devices.${one || 'all'}`))))
    let found
    try { found = await call(`devices?${new URLSearchParams(state)}`) } catch (error) { fill(list, h('div.note.bad', error.message)); return }
    const now = Date.now()
    const pages = Math.ceil(found.total / found.pageSize)
    const filtered = state.search || state.state
    fill(list, h('div.row', h('span.soft', t('devices.count', { n: number(found.total) }))),
      found.devices.length ? table([
        { title: t('device'), cell: (one) => h('div', one.alias || one.name, h('div.sub.mono', one.name)) },
        { title: t('state'), cell: (one) => h('div', pill(one.online ? 'ok' : '', t(one.online ? 'devices.online' : 'devices.offline')), one.refused ? h('div.sub', t('devices.refused', { why: one.refused })) : null) },
        { title: t('address'), cell: (one) => h('span.mono', one.address || '—') },
        { title: t('driver'), cell: (one) => one.protocol },
        { title: t('devices.seen'), cell: (one) => (one.seenMs ? span(now - one.seenMs) : '—') },
      ], found.devices, (one) => goto('logs', { driver: one.driver, device: one.name }))
        : filtered ? empty('devices', t('devices.none_found'), h('button', { onclick: () => { search.value = ''; Object.assign(state, { search: '', state: '', page: 0 }); load() } }, t('devices.show_all')))
          : empty('devices', t('devices.none'), h('p.faint', t('devices.none_why'))),
      pages > 1 ? h('div.row', h('button', { disabled: !state.page, onclick: () => { state.page--; load() } }, t('back')), h('span.soft', `${state.page + 1} / ${pages}`), h('button', { disabled: state.page + 1 >= pages, onclick: () => { state.page++; load() } }, t('on'))) : null)
  }
  load()
  return { look: () => { if (!waiting) load() } }
}
