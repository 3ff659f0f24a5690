import type { ElOption } from 'element-plus'
import option from 'element-plus/es/components/select/src/option2.mjs'

/** Element Plus's option without its select, which the door to both would bring along. */
export const LightOption = option as typeof ElOption
