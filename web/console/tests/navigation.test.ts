import { describe, expect, it } from 'vitest'
import { navigationOf, placesOf, positionOf, SECTIONS, type Section } from '../src/app/navigation'

const SEES = [
  'communities.use',
  'houses.use',
  'residents.use',
  'devices.use',
  'doors.use',
  'visitors.use',
  'notices.use',
  'vehicles.use',
]
const MANAGES = [
  ...SEES,
  ...['houses.manage', 'residents.manage', 'devices.manage', 'notices.manage', 'vehicles.manage'],
  ...['visitors.manage', 'codes.use', 'employees.use', 'employees.manage', 'permissions.manage'],
]
const COMPANY = [
  ...[
    'communities.apply',
    'integrations.manage',
    'projects.use',
    'projects.manage',
    'staff.use',
    'staff.manage',
  ],
  'organisation.manage',
]
const OPERATES = ['installation.manage', 'communities.review', 'capabilities.review']
const person = (rights: string[], operator = false) => ({ rights, operator, tenant: operator ? null : {} })
const PEOPLE = {
  guard: [person([...SEES, 'visitors.manage']), 8],
  manager: [person(MANAGES), 20],
  administrator: [person([...MANAGES, ...COMPANY]), 20],
  installer: [
    person([
      'projects.use',
      'communities.use',
      'houses.use',
      'houses.manage',
      'residents.use',
      'devices.use',
      'devices.manage',
      'doors.use',
    ]),
    19,
  ],
  integrator: [person(['integrations.manage', 'projects.use', 'devices.use']), 13],
  operator: [person(OPERATES, true), 9],
} as const
const names = (sections: readonly Section[]) =>
  sections.flatMap((section) => section.places.map((place) => place.name))

describe('navigation by work', () => {
  it.each(Object.entries(PEOPLE))('gives the %s what the day is made of', (_, [who, most]) => {
    const { daily, more } = navigationOf(who)
    expect(names(daily).length).toBeLessThanOrEqual(most)
    expect(names(daily).length).toBeGreaterThanOrEqual(Math.min(most, 8))
    expect(daily.length).toBeLessThanOrEqual(8)
    for (const section of daily) expect(section.places.length).toBeLessThanOrEqual(8)
    // Nothing that they may open is out of reach, and nothing stands there twice.
    expect([...names(daily), ...names(more)].sort()).toEqual(
      placesOf(who)
        .map((place) => place.name)
        .sort(),
    )
  })

  it('knows a position by what somebody may do', () => {
    const positions = Object.values(PEOPLE).map(([who]) => positionOf(who))
    expect(positions).toEqual(['guard', 'manager', 'manager', 'installer', 'integrator', 'operator'])
  })

  it('puts everything before who may open little', () => {
    const { daily, more } = navigationOf(person(['notices.use', 'notices.manage']))
    expect(names(daily)).toEqual(['overview', 'notices', 'settings'])
    expect(more).toEqual([])
  })

  it('has a place once', () => {
    const all = names(SECTIONS)
    expect(new Set(all).size).toBe(all.length)
  })
})
