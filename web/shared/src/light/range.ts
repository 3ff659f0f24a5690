import { defineComponent, h, nextTick, ref, shallowRef, type Component, type PropType, type VNode } from 'vue'
import type { ElDatePicker } from 'element-plus'
import 'element-plus/theme-chalk/el-date-picker-panel.css'
import 'element-plus/theme-chalk/el-date-picker.css'
import { Calendar, Clock } from '@element-plus/icons-vue'
import { onElement } from './attributes'
import { usePress } from './press'

interface Picker {
  focus: () => void
  handleOpen: () => void
}

/**
 * Two days or two moments that a list is cut down to, drawn empty. The real picker with its calendars is fetched when
 * this is pointed at or gets the focus, or at once when something is chosen already.
 */
export const LazyDateRange = defineComponent({
  name: 'LazyDateRange',
  inheritAttrs: false,
  props: {
    modelValue: { type: null as unknown as PropType<unknown>, default: undefined },
    type: { type: String, default: 'daterange' },
    startPlaceholder: { type: String, default: '' },
    endPlaceholder: { type: String, default: '' },
  },
  setup(props, { attrs }) {
    const component = shallowRef<Component>()
    const real = ref<Picker>()
    const { onPointerdown, whenReleased } = usePress()

    async function touch(then: 'nothing' | 'focus' | 'open' = 'nothing'): Promise<void> {
      const picker = (await import('./datePicker')).ElDatePicker as Component
      await whenReleased()
      component.value ??= picker
      await nextTick()
      if (then === 'focus') real.value?.focus()
      if (then === 'open') real.value?.handleOpen()
    }
    if (props.modelValue) void touch()

    const end = (placeholder: string): VNode =>
      h('input', { class: 'el-range-input', placeholder, autocomplete: 'off', 'aria-label': placeholder })

    const drawn = (): VNode =>
      h(
        'div',
        {
          ...onElement(attrs),
          class: [
            `el-date-editor el-date-editor--${props.type} el-input__wrapper el-range-editor el-tooltip__trigger`,
            attrs.class,
          ],
          role: 'group',
          onPointerenter: () => touch(),
          onPointerdown,
          onFocusin: () => touch('focus'),
          onClick: () => touch('open'),
        },
        [
          h('i', { class: 'el-icon el-input__icon el-range__icon' }, [
            h(props.type.includes('time') ? Clock : Calendar),
          ]),
          end(props.startPlaceholder),
          h('span', { class: 'el-range-separator' }, '-'),
          end(props.endPlaceholder),
          h('i', { class: 'el-icon el-input__icon el-range__close-icon el-range__close-icon--hidden' }),
        ],
      )

    return () => (component.value ? h(component.value, { ...attrs, ...props, ref: real }) : drawn())
  },
}) as unknown as typeof ElDatePicker
