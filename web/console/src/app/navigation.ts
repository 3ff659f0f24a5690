import type { Component } from 'vue'
import {
  Bell,
  Connection,
  DataBoard,
  House,
  Key,
  Monitor,
  Setting,
  User,
  VideoCamera,
} from '@element-plus/icons-vue'

export interface Place {
  titleKey: string
  /** Of its route, which needs no parameters. */
  name: string
  /** Any of these rights will do; none named: everybody. */
  rights: readonly string[]
}

export interface Section {
  titleKey: string
  icon: Component
  places: Place[]
}

const place = (titleKey: string, name: string, ...rights: string[]): Place => ({
  titleKey,
  name,
  rights,
})

/** Left navigation, by work and not by table. A place without the right for it is not shown. */
export const SECTIONS: Section[] = [
  {
    titleKey: 'overview.title',
    icon: DataBoard,
    places: [place('overview.title', 'overview')],
  },
  {
    titleKey: 'people.section',
    icon: House,
    places: [
      place('people.communities.title', 'communities', 'communities.use', 'communities.review'),
      place('claims.reviews.title', 'reviews', 'communities.review'),
      place('people.spaces.title', 'spaces', 'houses.use'),
      place('people.residents.title', 'residents', 'residents.use'),
      place('privacy.title', 'deletion-requests', 'residents.manage'),
      place('people.form.title', 'resident-form', 'residents.use'),
      place('usergroups.title', 'user-groups', 'residents.use'),
      place('vehicles.title', 'vehicles', 'vehicles.use'),
    ],
  },
  {
    titleKey: 'notices.section',
    icon: Bell,
    places: [
      place('visitors.title', 'visitors', 'visitors.use'),
      place('notices.title', 'notices', 'notices.use'),
    ],
  },
  {
    titleKey: 'doors.section',
    icon: Key,
    places: [
      place('doors.title', 'doors', 'devices.use'),
      place('doors.passes.title', 'passes', 'devices.use'),
      place('doors.alarms.title', 'door-alarms', 'devices.use'),
      place('credentials.title', 'credentials', 'devices.use'),
      place('credentials.denied.title', 'denied', 'residents.use'),
      place('faces.title', 'faces', 'residents.use'),
      place('faces.engine.title', 'face-engine', 'residents.use'),
    ],
  },
  {
    titleKey: 'cameras.section',
    icon: VideoCamera,
    places: [place('cameras.title', 'cameras', 'devices.use')],
  },
  {
    titleKey: 'devices.section',
    icon: Monitor,
    places: [
      place('devices.title', 'devices', 'devices.use'),
      place('products.title', 'products', 'devices.use'),
      place('products.categories.title', 'categories', 'devices.use'),
      place('boxremote.title', 'boxes', 'devices.use'),
      place('serials.title', 'serials', 'devices.use'),
      place('devicegroups.title', 'device-groups', 'devices.use'),
      place('debugging.title', 'debugging', 'devices.use'),
      place('debugging.log.title', 'device-log', 'devices.use'),
      place('debugging.trace.title', 'trace', 'devices.use'),
      place('debugging.refused.title', 'refused', 'devices.use'),
      place('charts.title', 'charts', 'devices.use'),
      place('deliveries.title', 'deliveries', 'devices.use'),
      place('firmware.title', 'firmware', 'devices.use'),
      place('configs.title', 'configs', 'devices.use'),
      place('boxes.clusters.title', 'edge-clusters', 'devices.use'),
      place('boxes.gateways.title', 'edge-gateways', 'devices.use'),
      place('passagerules.title', 'passage-rules', 'devices.use'),
      place('boxes.requests.title', 'component-requests', 'capabilities.review'),
      place('boxes.drivers.title', 'edge-drivers', 'projects.use'),
      place('certificates.title', 'certificates', 'projects.use'),
      place('certificates.lab.title', 'certificate-reviews', 'capabilities.review'),
      place('catalogue.title', 'vendor-catalogue', 'devices.use'),
      place('inbox.title', 'inbox', 'devices.use', 'installation.manage'),
    ],
  },
  {
    titleKey: 'integrations.section',
    icon: Connection,
    places: [
      place('projects.title', 'projects', 'projects.use'),
      place('projects.reviews.title', 'capability-reviews', 'capabilities.review'),
      place('integrations.keys.title', 'keys', 'integrations.manage'),
      place('integrations.subscriptions.title', 'subscriptions', 'integrations.manage'),
      place('records.title', 'records', 'devices.use'),
      place('integrations.reference.title', 'reference', 'integrations.manage'),
      place('integrations.sandbox.title', 'sandbox', 'integrations.manage'),
      place('servicebus.title', 'service-bus', 'integrations.manage'),
      place('integrations.debugger.title', 'debugger', 'integrations.manage'),
      place('integrations.requests.title', 'requests', 'integrations.manage'),
      place('calllimits.title', 'call-limits', 'installation.manage'),
    ],
  },
  {
    titleKey: 'organisation.title',
    icon: User,
    places: [
      place('property.employees.title', 'employees', 'employees.use'),
      place('property.permissions.title', 'permissions', 'permissions.manage'),
      place('company.title', 'company', 'staff.use'),
      place('organisation.persons.title', 'organisation-persons', 'staff.use'),
      place('organisation.groups.title', 'organisation-groups', 'staff.use'),
      place('organisation.roles.title', 'organisation-roles', 'staff.use'),
      place('organisation.log.title', 'organisation-log', 'staff.use'),
      place('organisation.sms.title', 'sms-outbox', 'installation.manage'),
    ],
  },
  {
    titleKey: 'settings.title',
    icon: Setting,
    places: [place('settings.title', 'settings')],
  },
]
