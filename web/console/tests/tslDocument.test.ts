import { describe, expect, it } from 'vitest'
import {
  freeIdentifier,
  freshPart,
  freshType,
  readDocument,
  typeSummary,
  withCopy,
  withEntry,
  withSpec,
} from '@/domains/products/model/tsl'
import { useHistory } from '@/domains/products/model/useHistory'

describe('a document for the forms', () => {
  it('leaves out what the platform makes by itself', () => {
    const whole = {
      schema: 'x',
      properties: [
        { identifier: 'P', name: 'p', dataType: { type: 'date' }, accessMode: 'r', required: true },
      ],
      events: [
        { identifier: 'post', method: 'thing.event.property.post', outputData: [] },
        { identifier: 'e', type: 'alert', method: 'thing.event.e.post' },
      ],
      services: [
        { identifier: 'set', method: 'thing.service.property.set' },
        { identifier: 's', callType: 'sync', method: 'thing.service.s' },
      ],
    }
    const read = readDocument(whole)
    expect(read.properties[0]).toMatchObject({ identifier: 'P', accessMode: 'r', required: true })
    expect(read.events.map((event) => event.identifier)).toEqual(['e'])
    expect(read.services.map((service) => [service.identifier, service.callType])).toEqual([['s', 'sync']])
    expect(readDocument(read)).toEqual(read)
  })

  it('reads anything without failing', () => {
    for (const odd of [null, 5, 'x', [], { properties: {} }, { events: [null, 3] }])
      expect(readDocument(odd)).toEqual({ properties: [], events: [], services: [] })
  })

  it('gives new and copied parts an identifier of their own', () => {
    const empty = readDocument(null)
    const document = { ...empty, events: [freshPart('events', empty)] } as typeof empty
    expect(freshPart('events', document).identifier).toBe('Event2')
    expect(withCopy(document, 'events', 0).events.map((event) => event.identifier)).toEqual([
      'Event',
      'Event2',
    ])
    expect(freeIdentifier([{ identifier: 'a' }], 'b')).toBe('b')
  })

  it('says a type in one line', () => {
    const array = withSpec(freshType('array'), 'item', freshType('struct'))
    expect(typeSummary(array)).toBe('array[10] struct {0}')
    expect(typeSummary(withSpec(freshType('int'), 'unit', '%'))).toBe('int 0…100 %')
    expect(withSpec(freshType('text'), 'length', '')).toEqual({ type: 'text', specs: {} })
    expect(withEntry(['a', 'b'], 0, undefined)).toEqual(['b'])
  })
})

describe('the way back', () => {
  it('takes quick changes of one field for one step', () => {
    let now = 0
    const history = useHistory('', () => now)
    for (const text of ['a', 'ab', 'abc']) history.change(text, 'name')
    now = 5000
    history.change('abcd', 'name')
    history.undo()
    expect(history.value.value).toBe('abc')
    history.undo()
    expect(history.value.value).toBe('')
    expect(history.canUndo.value).toBe(false)
    history.redo()
    history.redo()
    expect(history.value.value).toBe('abcd')
    history.undo()
    history.change('x')
    expect(history.canRedo.value).toBe(false)
  })
})
