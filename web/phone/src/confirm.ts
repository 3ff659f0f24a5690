import { showConfirmDialog, showToast } from 'vant'
import 'vant/es/dialog/style/index'
import 'vant/es/toast/style/index'

/** Ask before what hurts. `message` names the consequence, `yes` the act. */
export async function confirmed(title: string, message: string, yes: string, no: string): Promise<boolean> {
  try {
    await showConfirmDialog({ title, message, confirmButtonText: yes, cancelButtonText: no })
    return true
  } catch {
    return false
  }
}

/** Say that something was done; for what the page does not show by itself. */
export function said(message: string): void {
  showToast({ message, position: 'bottom' })
}
