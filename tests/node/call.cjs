// The vendor's Node client of the open API as it comes: makes the calls of its second argument, prints each answer.
'use strict'
const { Client } = require('aliyun-api-gateway')

const { appKey, appSecret, calls } = JSON.parse(process.argv[2])

async function main() {
  const client = new Client(appKey, appSecret)
  for (const { method, url, options } of calls) {
    try {
      console.log(JSON.stringify(await client[method](url, options)))
    } catch (error) {
      console.log(JSON.stringify({ refused: error.code, words: error.message }))
    }
  }
}
main()
