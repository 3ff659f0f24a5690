import '@linli/shared/element'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/message-box/style/css'
import { ElMessageBox as Box, type ElMessageBoxOptions as Options } from 'element-plus'

/** Toasts and message boxes. Called from scripts, so nothing else brings their looks along. */
export { ElMessage } from 'element-plus'

/** A warning is confirmed by a red button everywhere: what is lost or let in is seen before it is pressed. */
const coloured = (options: Options): Options =>
  options.type === 'warning' ? { confirmButtonType: 'danger', ...options } : options

export const ElMessageBox = {
  prompt: Box.prompt,
  confirm: (text: string, title: string | Options, options: Options = {}) =>
    typeof title === 'string'
      ? Box.confirm(text, title, coloured(options))
      : Box.confirm(text, coloured(title)),
}
