import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Doctor = components['schemas']['CameraDoctor']
export type DoctorCheck = components['schemas']['DoctorCheck']
export type CameraMessage = components['schemas']['CameraMessage']

/** What is asked about a camera, or about a device that registers, by its doctor. */
export function useDoctor(communityId: () => string, cameraId: () => string, deviceId: () => string) {
  const camera = () => ({
    params: { path: { community_id: Number(communityId()), camera_id: Number(cameraId()) } },
  })
  const device = () => ({
    params: { path: { community_id: Number(communityId()), device_id: Number(deviceId()) } },
  })
  return {
    look: () =>
      cameraId()
        ? answer(api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/doctor', camera()))
        : answer(api.GET('/api/console/communities/{community_id}/gb-devices/{device_id}/doctor', device())),
    messages: () =>
      cameraId()
        ? answer(
            api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/doctor/messages', camera()),
          )
        : answer(
            api.GET(
              '/api/console/communities/{community_id}/gb-devices/{device_id}/doctor/messages',
              device(),
            ),
          ),
    test: async () => {
      await api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/doctor/test', camera())
      return true
    },
    file: () =>
      cameraId()
        ? `/api/console/communities/${communityId()}/cameras/${cameraId()}/doctor/messages.jsonl`
        : `/api/console/communities/${communityId()}/gb-devices/${deviceId()}/doctor/messages.jsonl`,
  }
}
