/** Ask before what hurts. `message` names the consequence, `yes` the act. */
export async function confirmed(title: string, message: string, yes: string, no: string): Promise<boolean> {
  const { showConfirmDialog } = await import('./dialogs')
  try {
    await showConfirmDialog({ title, message, confirmButtonText: yes, cancelButtonText: no })
    return true
  } catch {
    return false
  }
}

/** No dialog, as Vant has it: what is said is read aloud, and nothing waits for an answer. */
const TOAST = { role: 'status', position: 'bottom' } as const

/** Say that something was done; for what the page does not show by itself. */
export function notify(message: string): void {
  void import('./dialogs').then(({ showToast }) => showToast({ ...TOAST, message }))
}
