import { h, type FunctionalComponent } from 'vue'
import 'element-plus/theme-chalk/el-checkbox.css'

interface TickProps {
  modelValue?: boolean
  disabled?: boolean
  ariaLabel?: string
}

/** A tick box that stands alone, drawn as Element Plus draws it: one stands in every row of some lists. */
export const LightCheckbox: FunctionalComponent<
  TickProps,
  { change: (on: boolean) => void; 'update:modelValue': (on: boolean) => void }
> = (props, { slots, emit }) => {
  const state = [props.modelValue && 'is-checked', props.disabled && 'is-disabled']
  return h('label', { class: ['el-checkbox', state] }, [
    h('span', { class: ['el-checkbox__input', state] }, [
      h('input', {
        class: 'el-checkbox__original',
        type: 'checkbox',
        checked: props.modelValue,
        disabled: props.disabled,
        'aria-label': props.ariaLabel,
        onChange: (event: Event) => {
          const box = event.target as HTMLInputElement
          const on = box.checked
          box.checked = props.modelValue ?? false // what is shown is what the page says, once it says so
          emit('update:modelValue', on)
          emit('change', on)
        },
      }),
      h('span', { class: 'el-checkbox__inner' }),
    ]),
    slots.default ? h('span', { class: 'el-checkbox__label' }, slots.default()) : null,
  ])
}
LightCheckbox.props = { modelValue: Boolean, disabled: Boolean, ariaLabel: String } as never
LightCheckbox.emits = ['change', 'update:modelValue'] as never
