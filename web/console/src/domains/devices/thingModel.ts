/** A thing model (TSL profile) as the pages use it: only what forms and labels need. */
export interface DataType {
  type: string
  specs?: unknown
}

export interface Param {
  identifier: string
  name?: string
  dataType: DataType
  required?: boolean
}

export interface Property extends Param {
  accessMode?: 'r' | 'rw' | 'w'
}

export interface Service {
  identifier: string
  name?: string
  callType?: 'sync' | 'async'
  inputData?: (Param | string)[]
  outputData?: (Param | string)[]
}

export interface ThingModel {
  properties: Property[]
  services: Service[]
  events: { identifier: string; name?: string; type?: string; outputData?: (Param | string)[] }[]
}

/** The automatic services; properties have forms of their own. */
const AUTOMATIC = new Set(['set', 'get'])

export function readModel(text: string): ThingModel {
  const raw = JSON.parse(text || '{}') as Partial<ThingModel>
  return {
    properties: raw.properties ?? [],
    services: (raw.services ?? []).filter((service) => !AUTOMATIC.has(service.identifier)),
    events: (raw.events ?? []).filter((event) => event.identifier !== 'post'),
  }
}

/** The parameters a form asks for (a bare string in the list names a property, used by `get`). */
export function inputsOf(service: Service): Param[] {
  return (service.inputData ?? []).filter((param): param is Param => typeof param !== 'string')
}

export interface NumberSpecs {
  min?: string | number
  max?: string | number
  step?: string | number
  unit?: string
  unitName?: string
}

export function numberSpecs(dataType: DataType): NumberSpecs {
  return (dataType.specs ?? {}) as NumberSpecs
}

/** value → label of an enum or bool. */
export function choices(dataType: DataType): { value: number; label: string }[] {
  return Object.entries((dataType.specs ?? {}) as Record<string, string>).map(([value, label]) => ({
    value: Number(value),
    label,
  }))
}

export function fieldsOf(dataType: DataType): Param[] {
  return Array.isArray(dataType.specs) ? (dataType.specs as Param[]) : []
}

/** What a fresh form field holds. */
export function emptyValue(dataType: DataType): unknown {
  switch (dataType.type) {
    case 'bool':
    case 'enum':
      return choices(dataType)[0]?.value ?? 0
    case 'struct':
      return Object.fromEntries(
        fieldsOf(dataType).map((field) => [field.identifier, emptyValue(field.dataType)]),
      )
    case 'array':
      return []
    case 'int':
    case 'float':
    case 'double':
      return undefined
    default:
      return ''
  }
}

/** Form values as they go on the wire; empty optional members are left out. Dates are texts of ms (UTC). */
export function wireValue(dataType: DataType, value: unknown): unknown {
  if (dataType.type === 'array') {
    const item = (dataType.specs as { item?: DataType } | undefined)?.item ?? { type: 'text' }
    return (value as unknown[]).map((element) => wireValue(item, element))
  }
  if (dataType.type === 'struct') {
    const fields = (value ?? {}) as Record<string, unknown>
    return Object.fromEntries(
      fieldsOf(dataType)
        .map((field) => [field.identifier, wireValue(field.dataType, fields[field.identifier])] as const)
        .filter(([, inner]) => inner !== undefined),
    )
  }
  return value
}

/** A value in words: the label of an enum, with the unit of a number. */
export function shownValue(dataType: DataType | undefined, value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (dataType && (dataType.type === 'enum' || dataType.type === 'bool')) {
    const label = choices(dataType).find((choice) => choice.value === Number(value))?.label
    return label ? `${label} (${String(value)})` : String(value)
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
