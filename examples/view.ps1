# Shows a document to a person, reads its text, and ends the session. PowerShell 7.
#
#   $env:URL = 'http://127.0.0.1:8000'; $env:CLIENT_ID = '...'; $env:CLIENT_SECRET = '...'
#   ./examples/view.ps1 FILE
param([Parameter(Mandatory)] [string] $File)
$ErrorActionPreference = 'Stop'
$sessions = "$env:URL/PCCIS/V1/ViewingSession"
$name = Split-Path $File -Leaf
$extension = [IO.Path]::GetExtension($File).TrimStart('.')

# 1. A token, good for up to an hour: ask once and keep it.
$pair = [Text.Encoding]::UTF8.GetBytes("${env:CLIENT_ID}:${env:CLIENT_SECRET}")
$token = Invoke-RestMethod "$env:URL/o/token/" -Method Post `
    -Headers @{ Authorization = "Basic $([Convert]::ToBase64String($pair))" } `
    -Body @{ grant_type = 'client_credentials' }
$headers = @{ Authorization = "Bearer $($token.access_token)" }

# 2. A session. externalId is your own name of the document.
$session = Invoke-RestMethod $sessions -Method Post -Headers $headers `
    -ContentType 'application/json' -Body (@{ externalId = $name } | ConvertTo-Json)
$id = $session.viewingSessionId

# 3. The document, as it is. Text formats need FileExtension.
Invoke-RestMethod "$sessions/u$id/SourceFile?FileExtension=$extension" -Method Put `
    -Headers $headers -ContentType 'application/octet-stream' -InFile $File | Out-Null

# 4. The link for the person's browser.
Write-Output "Link: $env:URL/view/u$id"

# 5. The text of the first page. The session's id is all that this needs.
$text = Invoke-RestMethod "$env:URL/PCCIS/V1/Document/q/0-0/Text?DocumentID=u$id"
Write-Output "Text:" $text.pages[0].text

# 6. The end, when the person is done.
if (-not $env:KEEP) {
    $notice = @{ httpStatus = 403; endUserMessage = 'You have finished reading.' }
    Invoke-RestMethod "$sessions/u$id/Notification/SessionStopped" -Method Post `
        -Headers $headers -ContentType 'application/json' -Body ($notice | ConvertTo-Json) | Out-Null
    Write-Output 'Stopped.'
}
