import { phoneApp } from '../phone/vite/app.ts'

export default phoneApp({ app: 'resident', base: '/m/', home: '/src/domains/home/HomePage.vue' })
