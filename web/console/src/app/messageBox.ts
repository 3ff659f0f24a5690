import 'element-plus/es/components/message-box/style/css'

/** Called from scripts, so nothing else brings its looks along. */
export { ElMessageBox } from 'element-plus'
