@echo off
setlocal enabledelayedexpansion
set sum=0
for /l %%i in (1,1,2000) do set /a sum=!sum!+%%i*7
echo sum %sum%
mkdir made
for /l %%i in (1,1,100) do echo line %%i> made\file%%i.txt
for /l %%i in (1,1,100) do type made\file%%i.txt>> made\all.dat
set lines=0
for /f "tokens=2" %%i in (made\all.dat) do set /a lines=!lines!+%%i
echo lines %lines%
reg add HKCU\Software\Compat /v Answer /t REG_DWORD /d 42 /f > nul
reg query HKCU\Software\Compat /v Answer
for /l %%i in (1,1,10) do cmd /c exit %%i
echo last %errorlevel%
exit /b 0
