/** A thing model in its simple form, as the editor changes it: every change makes new objects. */
export interface DataType {
  type: string
  specs?: unknown
}

export interface Member {
  identifier: string
  name: string
  dataType: DataType
}

export interface Property extends Member {
  accessMode: 'r' | 'rw'
  required: boolean
  desc?: string
}

export interface ModelEvent {
  identifier: string
  name: string
  type: 'info' | 'alert' | 'error'
  required: boolean
  desc?: string
  outputData: Member[]
}

export interface Service {
  identifier: string
  name: string
  callType: 'sync' | 'async'
  required: boolean
  desc?: string
  inputData: Member[]
  outputData: Member[]
}

export interface TslDocument {
  properties: Property[]
  events: ModelEvent[]
  services: Service[]
}

export type Section = keyof TslDocument
export type Part = Property | ModelEvent | Service

export const SECTIONS: readonly Section[] = ['properties', 'events', 'services']
export const SCALARS = ['int', 'float', 'double', 'text', 'date', 'bool', 'enum'] as const
export const ITEMS = ['int', 'float', 'double', 'text', 'struct'] as const
export const TYPES = [...SCALARS, 'struct', 'array'] as const

type Raw = Record<string, unknown>
const isObject = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const asText = (value: unknown) => (typeof value === 'string' ? value : '')
const objects = (value: unknown): Raw[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** The members that the platform makes by itself from the properties; a whole file carries them. */
const generated = (raw: Raw) =>
  asText(raw.method).startsWith('thing.') && asText(raw.method).includes('.property.')

function member(raw: Raw): Member {
  return {
    identifier: asText(raw.identifier),
    name: asText(raw.name),
    dataType: isObject(raw.dataType)
      ? { type: asText(raw.dataType.type), specs: raw.dataType.specs ?? {} }
      : { type: '', specs: {} },
  }
}

const common = (raw: Raw) => ({
  identifier: asText(raw.identifier),
  name: asText(raw.name),
  required: raw.required === true,
  ...(typeof raw.desc === 'string' && raw.desc !== '' ? { desc: raw.desc } : {}),
})

/** Any JSON value as a document the forms can show: what has no place in a model is left out. */
export function readDocument(value: unknown): TslDocument {
  const raw = isObject(value) ? value : {}
  return {
    properties: objects(raw.properties).map((property) => ({
      ...member(property),
      ...common(property),
      accessMode: property.accessMode === 'r' ? 'r' : 'rw',
    })),
    events: objects(raw.events)
      .filter((event) => !generated(event))
      .map((event) => ({
        ...common(event),
        type: event.type === 'alert' || event.type === 'error' ? event.type : 'info',
        outputData: objects(event.outputData).map(member),
      })),
    services: objects(raw.services)
      .filter((service) => !generated(service))
      .map((service) => ({
        ...common(service),
        callType: service.callType === 'sync' ? 'sync' : 'async',
        inputData: objects(service.inputData).map(member),
        outputData: objects(service.outputData).map(member),
      })),
  }
}

/** What a type starts with when it is chosen. Limits are text, as the document has them. */
export function freshType(type: string): DataType {
  switch (type) {
    case 'int':
      return { type, specs: { min: '0', max: '100', step: '1' } }
    case 'float':
    case 'double':
      return { type, specs: { min: '0', max: '100', step: '0.1' } }
    case 'text':
      return { type, specs: { length: '255' } }
    case 'bool':
      return { type, specs: { '0': '', '1': '' } }
    case 'enum':
      return { type, specs: { '0': '', '1': '' } }
    case 'struct':
      return { type, specs: [] }
    case 'array':
      return { type, specs: { size: '10', item: freshType('int') } }
    default:
      return { type, specs: {} }
  }
}

/** The first of `stem`, `stem2`, `stem3`, … that nothing in the list has. */
export function freeIdentifier(taken: readonly { identifier: string }[], stem: string): string {
  const identifiers = new Set(taken.map((part) => part.identifier))
  for (let at = 1; ; at += 1) {
    const wanted = at === 1 ? stem : `${stem}${at}`
    if (!identifiers.has(wanted)) return wanted
  }
}

export function freshMember(taken: readonly Member[], stem = 'Field'): Member {
  return { identifier: freeIdentifier(taken, stem), name: '', dataType: freshType('int') }
}

export function freshPart(section: Section, document: TslDocument): Part {
  if (section === 'properties')
    return {
      ...freshMember(document.properties, 'Property'),
      accessMode: 'r',
      required: false,
    }
  if (section === 'events')
    return {
      identifier: freeIdentifier(document.events, 'Event'),
      name: '',
      type: 'info',
      required: false,
      outputData: [],
    }
  return {
    identifier: freeIdentifier(document.services, 'Service'),
    name: '',
    callType: 'sync',
    required: false,
    inputData: [],
    outputData: [],
  }
}

export const specsOf = (dataType: DataType): Record<string, string> =>
  isObject(dataType.specs) ? (dataType.specs as Record<string, string>) : {}

export const membersOf = (dataType: DataType): Member[] =>
  Array.isArray(dataType.specs) ? (dataType.specs as Member[]) : []

export const itemOf = (dataType: DataType): DataType => {
  const item = isObject(dataType.specs) ? dataType.specs.item : undefined
  return isObject(item) ? (item as unknown as DataType) : freshType('int')
}

/** One spec set, or taken out when it is empty. */
export function withSpec(dataType: DataType, key: string, value: unknown): DataType {
  const specs: Raw = { ...specsOf(dataType) }
  if (value === '' || value === undefined || value === null) delete specs[key]
  else specs[key] = value
  return { ...dataType, specs }
}

/** The list with one entry replaced, taken out (`undefined`) or added at the end. */
export function withEntry<T>(list: readonly T[], at: number, entry: T | undefined): T[] {
  if (entry === undefined) return list.filter((_, index) => index !== at)
  return at >= list.length ? [...list, entry] : list.map((item, index) => (index === at ? entry : item))
}

/** A copy of one part beside it, with an identifier of its own. */
export function withCopy(document: TslDocument, section: Section, at: number): TslDocument {
  const parts = document[section] as Part[]
  const source = parts[at]
  if (!source) return document
  const copy = { ...source, identifier: freeIdentifier(parts, source.identifier) }
  return { ...document, [section]: [...parts.slice(0, at + 1), copy, ...parts.slice(at + 1)] }
}

/** A type in one line: `int 0–100 %`, `array[10] of struct`. */
export function typeSummary(dataType: DataType): string {
  const specs = specsOf(dataType)
  switch (dataType.type) {
    case 'int':
    case 'float':
    case 'double': {
      const range = specs.min !== undefined || specs.max !== undefined
      const span = range ? ` ${specs.min ?? ''}…${specs.max ?? ''}` : ''
      return `${dataType.type}${span}${specs.unit ? ` ${specs.unit}` : ''}`
    }
    case 'text':
      return specs.length ? `text ≤${specs.length}` : 'text'
    case 'enum':
      return `enum (${Object.keys(specs).length})`
    case 'struct':
      return `struct {${membersOf(dataType).length}}`
    case 'array':
      return `array[${specs.size ?? ''}] ${typeSummary(itemOf(dataType))}`
    default:
      return dataType.type
  }
}
