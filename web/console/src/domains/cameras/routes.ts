import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'cameras',
    name: 'cameras',
    component: () => import('./CamerasPage.vue'),
    meta: { titleKey: 'cameras.title' },
  },
  {
    path: 'cameras/wall',
    name: 'camera-wall',
    component: () => import('./WallPage.vue'),
    meta: { titleKey: 'cameras.wall.title', place: 'cameras' },
  },
  {
    path: 'cameras/in-step',
    name: 'camera-step',
    component: () => import('./StepPage.vue'),
    meta: { titleKey: 'cameras.step.title', place: 'cameras' },
  },
  {
    path: 'cameras/looks',
    name: 'camera-looks',
    component: () => import('./LooksPage.vue'),
    meta: { titleKey: 'cameras.looks.title', place: 'cameras' },
  },
  {
    path: 'cameras/health',
    name: 'camera-health',
    component: () => import('./HealthPage.vue'),
    meta: { titleKey: 'cameras.health.title', place: 'cameras' },
  },
  {
    path: 'cameras/gb28181',
    name: 'gb-devices',
    component: () => import('./GbDevicesPage.vue'),
    meta: { titleKey: 'cameras.gb.title', place: 'cameras' },
  },
  {
    path: 'cameras/upper-platforms',
    name: 'upper-platforms',
    component: () => import('./UpperPage.vue'),
    meta: { titleKey: 'cameras.upper.title', place: 'cameras' },
  },
  {
    path: 'cameras/:cameraId(\\d+)',
    name: 'camera',
    component: () => import('./CameraPage.vue'),
    props: true,
    meta: { titleKey: 'cameras.live.title', place: 'cameras' },
  },
  {
    path: 'cameras/:cameraId(\\d+)/playback',
    name: 'camera-playback',
    component: () => import('./PlaybackPage.vue'),
    props: true,
    meta: { titleKey: 'cameras.playback.title', place: 'cameras' },
  },
] satisfies RouteRecordRaw[]
