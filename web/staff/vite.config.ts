import { phoneApp } from '../phone/vite/app.ts'

export default phoneApp({ app: 'staff', base: '/staff/', home: '/src/domains/home/TodayPage.vue' })
