import { defineComponent, h } from 'vue'
import type { ElOption } from 'element-plus'
import { real } from './real'

/**
 * An option of a list that is not open is only read (`LazySelect`); in one that is, Element Plus's own is drawn, which has
 * come with the list. By its name the list knows it.
 */
export const LightOption = defineComponent({
  name: 'ElOption',
  inheritAttrs: false,
  setup:
    (_props, { attrs, slots }) =>
    () =>
      real.option ? h(real.option, attrs, slots) : null,
}) as unknown as typeof ElOption
