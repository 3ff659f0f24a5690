/** Fetched when the first question is asked or the first thing is said: no page needs them to be drawn. */
export { showConfirmDialog, showToast } from 'vant'
import 'vant/es/dialog/style/index'
import 'vant/es/toast/style/index'
