import '@linli/shared/element'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/message-box/style/css'

/** Toasts and message boxes. Called from scripts, so nothing else brings their looks along. */
export { ElMessage, ElMessageBox } from 'element-plus'
