import { AppError } from '../../platform/errors.ts'
import { createSafeHttp, type SafeHttp } from '../../platform/safe-http/safe-http.ts'
import { carsPath } from './cars.routes.ts'

const demoHost = 'demo.localhost'

/**
 * A client for which `http://demo.localhost/demo/cars` leads to that one path of our own server; `origin` tells where it listens.
 * So the demo flow reaches it on every process and port, and the private network stays as closed as before to all else.
 */
export function withDemoHost(http: SafeHttp, origin: () => string): SafeHttp {
  let own: SafeHttp | undefined
  return {
    async request(request) {
      const url = URL.parse(request.url)
      if (url?.hostname !== demoHost) return http.request(request)
      if (url.pathname !== carsPath) throw new AppError('refused_address', `${demoHost} has nothing but ${carsPath}.`)
      own ??= createSafeHttp({ allowedPrivateHosts: [new URL(origin()).host] })
      return own.request({ ...request, url: origin() + carsPath + url.search })
    },
    addresses: (host, port) => http.addresses(host, port),
    async close() {
      await Promise.all([http.close(), own?.close()])
    },
  }
}
