import { describe, expect, it } from 'vitest'
import {
  emptyValue,
  inputsOf,
  readModel,
  shownValue,
  wireValue,
  type Service,
} from '@/domains/devices/thingModel'

const struct = {
  type: 'struct',
  specs: [
    { identifier: 'url', dataType: { type: 'text', specs: { length: '2048' } } },
    { identifier: 'size', dataType: { type: 'int', specs: { min: '0', max: '9' } } },
  ],
}

describe('a thing model', () => {
  it('hides the automatic services and events', () => {
    const model = readModel(
      JSON.stringify({
        properties: [],
        services: [
          { identifier: 'set' },
          { identifier: 'get', inputData: ['a'] },
          { identifier: 'remoteOpen' },
        ],
        events: [{ identifier: 'post' }, { identifier: 'passEvent' }],
      }),
    )
    expect(model.services.map((service) => service.identifier)).toEqual(['remoteOpen'])
    expect(model.events.map((event) => event.identifier)).toEqual(['passEvent'])
  })

  it('makes form values and takes them back as they go on the wire', () => {
    expect(emptyValue(struct)).toEqual({ url: '', size: undefined })
    expect(wireValue(struct, { url: 'u', size: undefined })).toEqual({ url: 'u' })
    const list = { type: 'array', specs: { size: '3', item: struct } }
    expect(emptyValue(list)).toEqual([])
    expect(
      wireValue(list, [
        { url: 'u', size: undefined },
        { url: 'v', size: 2 },
      ]),
    ).toEqual([{ url: 'u' }, { url: 'v', size: 2 }])
    expect(emptyValue({ type: 'enum', specs: { 2: 'open', 5: 'shut' } })).toBe(2)
  })

  it('shows the label of an enum beside its value', () => {
    expect(shownValue({ type: 'bool', specs: { 0: 'off', 1: 'on' } }, 1)).toBe('on (1)')
    expect(shownValue(undefined, null)).toBe('–')
  })

  it('asks only for parameters that are described', () => {
    const service: Service = {
      identifier: 'get',
      inputData: ['a', { identifier: 'b', dataType: { type: 'int' } }],
    }
    expect(inputsOf(service).map((param) => param.identifier)).toEqual(['b'])
  })
})
