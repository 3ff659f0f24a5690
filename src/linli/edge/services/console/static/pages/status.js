import { bytes, call, clock, confirm, empty, facts, fill, h, icon, number, pill, span, t, table, time, toast } from '../dom.js'

const DRIVER = { running: 'ok', starting: 'warn', waiting: 'bad', stopped: '' }

export function status({ body, status, goto }) {
  const look = ({ box, files, interconnect, move, strangers }) => {
    const devices = box.drivers.reduce((sum, one) => sum + one.devices, 0)
    const online = box.drivers.reduce((sum, one) => sum + one.online, 0)
    const ill = box.drivers.filter((one) => one.state === 'waiting')
    const lamp = !box.active ? 'warn' : box.lineUp ? 'ok' : 'bad'
    fill(body, h('div.head', h('h1', t('page.status')), h('span.grow'), h('span.faint', t('status.as_of', { time: clock(box.nowMs) }))),
      h('section.card.hero', h(`div.lamp.${lamp}`, icon(lamp)), h('div.words',
        h('h2', t(`hero.${!box.active ? 'inactive' : box.lineUp ? 'online' : 'offline'}`)),
        h('p.soft', !box.active ? t('hero.inactive_why') : box.lineUp ? t('hero.online_why', { cloud: box.cloud }) : t('hero.offline_why', { why: box.lineWhy || '—' }))),
      box.active ? null : h('button.first', { onclick: () => goto('activation') }, t('activation.now'))),
      move.state !== 'idle' && move.state !== 'restored' ? h('div.note.warn', t(`move.${move.state}`, { percent: move.percent })) : null,
      box.unchecked.map((one) => h('div.note.warn', t('peers.unchecked', { address: one }))),
      box.refusedDrivers.map((one) => h('div.note.bad', t(one.code || 'edge.driver_other', one))),
      box.unconfined.map((one) => h('div.note.warn', t('drivers.unconfined', { driver: one }))),
      strangers.length ? strange(strangers) : null,
      h('section.tiles',
        tile(t('tile.devices'), h('span', `${number(online)}`, h('small', `/ ${number(devices)}`)), t('tile.devices_why')),
        tile(t('tile.backlog'), number(box.backlog), !box.active ? t('tile.not_active') : box.backlog ? t('tile.backlog_some') : t('tile.backlog_none')),
        tile(t('tile.sent'), number(box.sent), t('tile.since', { span: span(box.nowMs - box.startedMs) })),
        tile(t('tile.clock'), !box.active ? '—' : h('span', Math.abs(box.clockOffsetMs) < 1000 ? t('tile.clock_right') : `${(box.clockOffsetMs / 1000).toFixed(1)} s`), t(box.active ? 'tile.clock_why' : 'tile.not_active')),
        files ? tile(t('tile.files'), bytes(files.bytes), t('tile.files_why', { n: number(files.files) })) : null,
        interconnect ? tile(t('tile.apps'), interconnect.on ? number(interconnect.clients.length) : '—', t(interconnect.on ? 'tile.apps_on' : 'tile.apps_off')) : null),
      h('section.card', h('h2', t('drivers')), ill.map((one) => h('div.note.bad', `${one.protocol}: ${one.why}`)),
        box.drivers.length ? table([
          { title: t('driver'), cell: (one) => h('div', one.protocol, h('div.sub.mono', one.id)) },
          { title: t('version'), cell: (one) => one.version },
          { title: t('state'), cell: (one) => pill(DRIVER[one.state], t(`driver.${one.state}`)) },
          { title: t('online'), number: true, cell: (one) => `${number(one.online)} / ${number(one.devices)}` },
          { title: t('crashes'), number: true, cell: (one) => number(one.crashes) },
        ], box.drivers, (one) => goto('logs', { driver: one.id })) : empty('devices', t('drivers.none'), h('p.faint', t('drivers.none_why')))),
      h('section.card', h('h2', t('this_box')), facts(
        [t('serial'), h('span.mono', box.serialNumber || '—')], [t('model'), box.model], [t('node'), box.nodeName ? `${box.nodeName} (${box.nodeId})` : '—'],
        [t('gateway'), box.gateway ? `${box.gateway}${box.community ? ` (${box.community})` : ''}` : '—'], [t('zone'), box.zone || '—'],
        [t('cloud'), box.cloud || '—'], [t('deployment'), box.generation ? `${box.generation}` : t('deployment.none')],
        [t('version'), box.version], [t('driver_root'), h('span.mono', box.driverRoot || '—')], [t('started'), time(box.startedMs)])),
    )
  }
  look(status)
  return { look }
}

function strange(rows) {
  return h('section.card', h('h2', t('peers')), h('p.soft', t('peers.why')), table([
    { title: t('device'), cell: (one) => h('div', one.device, h('div.sub.mono', one.ip)) },
    { title: t('peers.from'), cell: (one) => h('span.mono', one.peer) },
    { title: t('state'), cell: (one) => pill(one.outcome === 'moved' ? 'warn' : 'bad', t(`peers.${one.outcome}`)) },
    { title: t('peers.count'), number: true, cell: (one) => number(one.count) },
    { title: t('peers.last'), cell: (one) => time(one.lastMs) },
    { title: '', act: true, cell: (one) => h('button.plain', { onclick: () => settle(one, true) }, t('peers.confirm')) },
    { title: '', act: true, cell: (one) => h('button.plain', { onclick: () => settle(one, false) }, t('peers.refuse')) },
  ], rows))
}

async function settle({ device, peer }, yes) {
  const word = yes ? 'confirm' : 'refuse'
  if (!(await confirm(t(`peers.${word}`), h('p', t(`peers.${word}_why`, { device, peer })), t(`peers.${word}`), !yes))) return
  try { await call('strangers/settle', { device, peer, confirm: yes }); toast(t('peers.done')) } catch (error) { toast(error.message) }
}

const tile = (name, figure, why) => h('div.tile', h('span.soft', name), h('span.figure', figure), h('span.faint', why))
