import { join } from 'node:path'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { createSafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import type { VoiceDriver } from '../driver.ts'
import { contractDriver } from '../generic/driver.ts'
import { eventOf } from '../happening.ts'
import type { VoiceSettings } from '../settings.ts'
import { openEventsDoor } from './events-door.ts'
import { keepBridge } from './start-bridge.ts'

/**
 * Calls by the SIP bridge of this program, which speaks the generic contract: one that runs apart at `bridgeUrl`, or one that the holder
 * of the channel's lease starts beside itself. The bridge plays files and hears keys; it does not speak.
 */
export function sipDriver(context: ChannelContext<VoiceSettings>): VoiceDriver {
  const { settings } = context.channel
  const { bridgeUrl, bridgePort } = settings
  if (bridgeUrl !== undefined) {
    const { http, hookUrl } = context
    return contractDriver(context, { url: bridgeUrl, speech: false, http, name: 'The SIP bridge', eventsUrl: hookUrl })
  }
  const own = `127.0.0.1:${bridgePort}`
  // Of our own making: the only private address that this client reaches.
  const http = createSafeHttp({ allowedPrivateHosts: [own] })
  const driver = contractDriver(context, {
    url: `http://${own}/`,
    speech: false,
    http,
    name: 'The SIP bridge',
    // It was told at its start.
    eventsUrl: undefined,
  })
  return {
    ...driver,
    // The bridge starts when the channel is listened to, which may be in a moment and in another process.
    async connect() {
      if (!settings.register && settings.allowedSipServers.length === 0) {
        throw new AppError(
          'invalid',
          'The bridge may call nobody: name servers in allowedSipServers, or one in register.',
        )
      }
      return settings.from ?? settings.user ?? `SIP ${settings.sipAddress}`
    },
    async listen() {
      const data = join(await context.folder(), 'bridge')
      const door = await openEventsDoor(async (request) => {
        const { response, happenings, unknown } = await driver.receive(request)
        const events = happenings.map((happening) => eventOf(happening, settings.country))
        await context.receive(unknown ? [...events, unknown] : events)
        return response
      })
      const stop = keepBridge({
        settings: bridgeSettings(settings, door.url, data),
        onState: (state) =>
          void context.report(
            state.state === 'ready' ? { state: 'working' } : { state: 'failing', error: state.error },
          ),
      })
      return async () => {
        await stop()
        await door.close()
      }
    },
    close: () => http.close(),
  }
}

function bridgeSettings(settings: VoiceSettings, eventsUrl: string, data: string): Record<string, string> {
  const { secret, allowedSipServers, register, user, password, advertise, from } = settings
  return {
    SIP_BRIDGE_EVENTS_URL: eventsUrl,
    SIP_BRIDGE_SECRET: secret!,
    SIP_BRIDGE_LISTEN: `127.0.0.1:${settings.bridgePort}`,
    SIP_BRIDGE_SIP: settings.sipAddress,
    SIP_BRIDGE_DATA: data,
    SIP_BRIDGE_TRANSPORT: settings.sipTransport,
    ...(allowedSipServers.length > 0 && { SIP_BRIDGE_SERVERS: allowedSipServers.join(',') }),
    ...(register && { SIP_BRIDGE_REGISTER: register }),
    ...(user && { SIP_BRIDGE_USER: user }),
    ...(password && { SIP_BRIDGE_PASSWORD: password }),
    ...(advertise && { SIP_BRIDGE_ADVERTISE: advertise }),
    ...(from && { SIP_BRIDGE_FROM: from }),
    LOG_LEVEL: 'warn',
  }
}
