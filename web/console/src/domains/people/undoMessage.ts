import { h } from 'vue'
import { ElButton, ElMessage } from 'element-plus'
import './undoMessage.css'

const UNDO_MS = 15_000

/** What was done, in words, with a button that takes it back: it stays when the dialog of the act is gone. */
export function showUndoMessage(text: string, label: string, undo: () => Promise<unknown>): void {
  const message = ElMessage({
    type: 'success',
    duration: UNDO_MS,
    showClose: true,
    customClass: 'undo-message',
    message: () =>
      h('span', { class: 'row' }, [
        text,
        h(
          ElButton,
          {
            link: true,
            type: 'primary',
            onClick: async () => {
              message.close()
              await undo()
            },
          },
          () => label,
        ),
      ]),
  })
}
