import { call, empty, facts, fill, h, pill, t, table } from '../dom.js'

export function interconnect({ body, goto }) {
  const mqtt = h('section.card')
  const apps = h('section.card')
  fill(body, h('div.head', h('h1', t('page.interconnect'))), h('div.note', t('inter.hint')), mqtt, apps)
  async function load() {
    let found
    try { found = await call('interconnect') } catch (error) { fill(mqtt, h('div.note.bad', error.message)); return }
    const on = found.mqtt?.on
    fill(mqtt, h('div.row', h('h2', t('inter.mqtt')), pill(on ? 'ok' : '', t(on ? 'inter.on' : 'inter.off'))),
      on ? facts([t('address'), h('span.mono', `${location.hostname}:${found.mqtt.port}`)], [t('inter.events'), h('span.mono', '/sys/+/+/thing/event/#')], [t('inter.status'), h('span.mono', '/as/mqtt/status/#')]) : h('p.soft', t('inter.off_why')),
      on ? (found.mqtt.clients.length ? table([{ title: t('inter.client'), cell: (one) => h('span.mono', one.name) }, { title: t('address'), cell: (one) => h('span.mono', one.address) }], found.mqtt.clients) : h('p.faint', t('inter.no_clients'))) : null,
      h('div.row', h('button', { onclick: () => goto('logs', { driver: 'interconnect' }) }, t('inter.log'))))
    fill(apps, h('h2', t('inter.apps')),
      found.routePort ? facts([t('inter.route'), h('span.mono', `http://${location.hostname}:${found.routePort}`)]) : null,
      found.apps.length ? table([{ title: t('inter.model'), cell: (one) => h('span.mono', one.model) }, { title: t('address'), cell: (one) => h('span.mono', one.address) }], found.apps) : empty('interconnect', t('inter.no_apps'), h('p.faint', t('inter.no_apps_why'))),
      h('div.row', h('button', { onclick: () => goto('logs', { driver: 'apps' }) }, t('inter.log'))))
  }
  load()
  return { look: load }
}
