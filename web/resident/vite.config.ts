import { phoneApp } from '../phone/vite/app.ts'

export default phoneApp({ app: 'resident', base: '/m/' })
