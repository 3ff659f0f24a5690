import { ref } from 'vue'
import type { components } from '@/api/schema'

export type PersonForm = components['schemas']['PersonForm'] & { name: string }

export const emptyPerson = (name = ''): PersonForm => ({ name })
export const usePersonForm = (name = '') => ref<PersonForm>(emptyPerson(name))

/** MEMBER_TYPE: what a person may be to a house; owners are not added by others. */
export const ADDED_TYPES = [2, 3, 4, 5, 6, 7, 8, 9] as const
export const ALL_TYPES = [1, ...ADDED_TYPES] as const
