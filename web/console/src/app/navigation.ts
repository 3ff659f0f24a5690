import type { Component } from 'vue'
import {
  Bell,
  Connection,
  Cpu,
  DataBoard,
  FirstAidKit,
  House,
  Key,
  Monitor,
  Setting,
  User,
  Van,
  VideoCamera,
} from '@element-plus/icons-vue'

/** What somebody's day is made of, by what they may do. */
export type Position = 'guard' | 'manager' | 'integrator' | 'installer' | 'operator'

export interface Place {
  titleKey: string
  /** Of its route, which needs no parameters. */
  name: string
  /** Any of these rights will do; none named: everybody. */
  rights: readonly string[]
  /** Whose daily work it is: for them it stands open, for others under "more". */
  daily: readonly Position[]
}

export interface Section {
  titleKey: string
  icon: Component
  places: Place[]
}

/** So few places are not folded away. */
const FEW = 10

const place = (titleKey: string, name: string, right: string, ...daily: Position[]): Place => ({
  titleKey,
  name,
  rights: right ? right.split(' ') : [],
  daily,
})

/**
 * Left navigation, by work and not by table. A place without the right for it is not shown. A new room adds one line to the
 * group of its work, with its right (several: with a space between) and whose daily work it is.
 */
export const SECTIONS: readonly Section[] = [
  {
    titleKey: 'overview.title',
    icon: DataBoard,
    places: [
      place('overview.title', 'overview', '', 'guard', 'manager', 'integrator', 'installer', 'operator'),
    ],
  },
  {
    titleKey: 'app.nav.people',
    icon: House,
    places: [
      place('people.residents.title', 'residents', 'residents.use', 'manager'),
      place('people.spaces.title', 'spaces', 'houses.use', 'manager', 'installer'),
      place('vehicles.title', 'vehicles', 'vehicles.use'),
      place('people.communities.title', 'communities', 'communities.use', 'manager', 'installer'),
      place('usergroups.title', 'user-groups', 'residents.use'),
      place('people.form.title', 'resident-form', 'residents.use'),
      place('privacy.title', 'deletion-requests', 'residents.manage', 'manager'),
      place('claims.reviews.title', 'reviews', 'communities.review', 'operator'),
    ],
  },
  {
    titleKey: 'app.nav.access',
    icon: Key,
    places: [
      place('visitors.title', 'visitors', 'visitors.use', 'guard', 'manager'),
      place('doors.title', 'doors', 'devices.use', 'guard', 'manager', 'installer'),
      place('doors.passes.title', 'passes', 'devices.use', 'guard', 'manager', 'installer'),
      place('guarddesk.title', 'guard-desk', 'doors.use'),
      place('calls.title', 'calls', 'devices.use'),
      place('lifts.title', 'lifts', 'devices.use'),
      place('credentials.title', 'credentials', 'devices.use', 'manager'),
      place('credentials.denied.title', 'denied', 'residents.use'),
      place('faces.title', 'faces', 'residents.use', 'manager'),
      place('deliveries.title', 'deliveries', 'devices.use', 'manager', 'installer'),
    ],
  },
  {
    titleKey: 'app.nav.parking',
    icon: Van,
    places: [
      place('parking.title', 'parking', 'vehicles.use', 'guard', 'manager', 'installer'),
      place('parking.control.title', 'parking-control', 'vehicles.use'),
      place('parking.passes.title', 'parking-passes', 'vehicles.use'),
      place('parking.rights.title', 'parking-vehicles', 'vehicles.use'),
      place('stays.title', 'parking-stays', 'vehicles.use', 'manager'),
      place('merchants.title', 'parking-merchants', 'fees.manage'),
      place('shifts.title', 'parking-shifts', 'fees.use'),
      place('tariffs.title', 'parking-tariffs', 'vehicles.use'),
      place('edgeparking.title', 'edge-parking', 'vehicles.use'),
      place('charges.title', 'parking-charges', 'vehicles.use'),
    ],
  },
  {
    titleKey: 'app.nav.alarms',
    icon: VideoCamera,
    places: [
      place('doors.alarms.title', 'door-alarms', 'devices.use', 'guard', 'manager'),
      place('security.title', 'security-alarms', 'devices.use', 'guard', 'manager'),
      place('guarding.title', 'guarding', 'devices.use'),
      place('cameras.title', 'cameras', 'devices.use', 'guard', 'manager', 'installer'),
      place('faces.engine.title', 'face-engine', 'residents.use'),
    ],
  },
  {
    titleKey: 'app.nav.community',
    icon: Bell,
    places: [
      place('notices.title', 'notices', 'notices.use', 'manager'),
      place('property.employees.title', 'employees', 'employees.use', 'manager'),
      place('property.permissions.title', 'permissions', 'permissions.manage'),
    ],
  },
  {
    titleKey: 'app.nav.devices',
    icon: Monitor,
    places: [
      place('devices.title', 'devices', 'devices.use', 'manager', 'installer', 'integrator'),
      place('products.title', 'products', 'devices.use', 'installer', 'integrator'),
      place('products.categories.title', 'categories', 'devices.use'),
      place('devicegroups.title', 'device-groups', 'devices.use'),
      place('serials.title', 'serials', 'devices.use', 'installer'),
      place('firmware.title', 'firmware', 'devices.use', 'installer'),
      place('configs.title', 'configs', 'devices.use'),
    ],
  },
  {
    titleKey: 'app.nav.edge',
    icon: Cpu,
    places: [
      place('boxremote.title', 'boxes', 'devices.use', 'manager', 'installer'),
      place('boxes.clusters.title', 'edge-clusters', 'devices.use', 'installer'),
      place('boxes.gateways.title', 'edge-gateways', 'devices.use', 'installer'),
      place('passagerules.title', 'passage-rules', 'devices.use'),
      place('catalogue.title', 'vendor-catalogue', 'devices.use', 'installer'),
      place('boxes.drivers.title', 'edge-drivers', 'projects.use'),
      place('certificates.title', 'certificates', 'projects.use'),
      place('boxes.requests.title', 'component-requests', 'capabilities.review', 'operator'),
      place('certificates.lab.title', 'certificate-reviews', 'capabilities.review', 'operator'),
    ],
  },
  {
    titleKey: 'app.nav.mending',
    icon: FirstAidKit,
    places: [
      place('inbox.title', 'inbox', 'devices.use installation.manage', 'installer', 'operator'),
      place('charts.title', 'charts', 'devices.use'),
      place('debugging.title', 'debugging', 'devices.use', 'installer', 'integrator'),
      place('debugging.log.title', 'device-log', 'devices.use', 'installer'),
      place('debugging.trace.title', 'trace', 'devices.use', 'integrator'),
      place('debugging.refused.title', 'refused', 'devices.use', 'installer'),
    ],
  },
  {
    titleKey: 'app.nav.integrations',
    icon: Connection,
    places: [
      place('projects.title', 'projects', 'projects.use', 'integrator'),
      place('integrations.keys.title', 'keys', 'integrations.manage', 'integrator'),
      place('integrations.subscriptions.title', 'subscriptions', 'integrations.manage', 'integrator'),
      place('records.title', 'records', 'devices.use', 'integrator'),
      place('integrations.reference.title', 'reference', 'integrations.manage', 'integrator'),
      place('integrations.sandbox.title', 'sandbox', 'integrations.manage', 'integrator'),
      place('integrations.requests.title', 'requests', 'integrations.manage', 'integrator'),
      place('integrations.debugger.title', 'debugger', 'integrations.manage', 'integrator'),
      place('servicebus.title', 'service-bus', 'integrations.manage'),
      place('projects.reviews.title', 'capability-reviews', 'capabilities.review', 'operator'),
      place('calllimits.title', 'call-limits', 'installation.manage', 'operator'),
    ],
  },
  {
    titleKey: 'organisation.title',
    icon: User,
    places: [
      place('company.title', 'company', 'staff.use'),
      place('organisation.persons.title', 'organisation-persons', 'staff.use'),
      place('organisation.groups.title', 'organisation-groups', 'staff.use'),
      place('organisation.roles.title', 'organisation-roles', 'staff.use'),
      place('organisation.log.title', 'organisation-log', 'staff.use'),
      place('organisation.sms.title', 'sms-outbox', 'installation.manage', 'operator'),
    ],
  },
  {
    titleKey: 'settings.title',
    icon: Setting,
    places: [place('settings.title', 'settings', '', 'operator')],
  },
]

interface Person {
  readonly rights: readonly string[]
  readonly operator?: boolean
  /** Null for who runs the installation alone. */
  readonly tenant?: unknown
}

/** From what somebody may do: who looks after residents manages, who sets devices up installs, who holds keys integrates. */
export function positionOf(me: Person): Position {
  const may = (right: string) => me.rights.includes(right)
  if (me.operator && !me.tenant) return 'operator'
  if (may('residents.manage') || may('employees.manage')) return 'manager'
  if (may('devices.manage')) return 'installer'
  if (may('integrations.manage')) return 'integrator'
  return 'guard'
}

const reached = (me: Person) => (spot: Place) =>
  spot.rights.length === 0 || spot.rights.some((right) => me.rights.includes(right))

/** Every place that somebody may open. */
export const placesOf = (me: Person): Place[] =>
  SECTIONS.flatMap((section) => section.places).filter(reached(me))

/** Who reaches a place by a link of another page, without an entry of their own, by their right. */
const BY_LINK: Readonly<Record<string, string>> = { refused: 'installation.manage' }

/** Whether somebody may open the page of this name; pages that are no places ask for their rights themselves. */
export function mayOpen(me: Person, name: string): boolean {
  const spot = SECTIONS.flatMap((section) => section.places).find((place) => place.name === name)
  return !spot || reached(me)(spot) || me.rights.includes(BY_LINK[name] ?? '')
}

function pick(me: Person, wanted: (spot: Place) => boolean): Section[] {
  return SECTIONS.map((section) => ({
    ...section,
    places: section.places.filter((spot) => reached(me)(spot) && wanted(spot)),
  })).filter((section) => section.places.length > 0)
}

/** What stands open every day, and what else there is. Who may open few places has all of them before them. */
export function navigationOf(me: Person): { daily: Section[]; more: Section[] } {
  if (placesOf(me).length <= FEW) return { daily: pick(me, () => true), more: [] }
  const position = positionOf(me)
  const isDaily = (spot: Place) => spot.daily.includes(position)
  return { daily: pick(me, isDaily), more: pick(me, (spot) => !isDaily(spot)) }
}
